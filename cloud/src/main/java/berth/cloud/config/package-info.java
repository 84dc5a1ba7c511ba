/** The configuration files of OpenStack's services, as far as they say how Ceph is used: read, and written. */
@NullMarked
package berth.cloud.config;

import org.jspecify.annotations.NullMarked;
