/**
 * Looks at a node of an OpenStack cloud for what keeps instances on Ceph from starting, migrating or being found. Nothing
 * is changed. {@link berth.cloud.doctor.Doctor} runs all checks; a check that cannot be made says so, and the others go on.
 */
@NullMarked
package berth.cloud.doctor;

import org.jspecify.annotations.NullMarked;
