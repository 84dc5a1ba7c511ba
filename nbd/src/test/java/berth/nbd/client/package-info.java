/** Tests of the NBD client. */
@NullMarked
package berth.nbd.client;

import org.jspecify.annotations.NullMarked;
