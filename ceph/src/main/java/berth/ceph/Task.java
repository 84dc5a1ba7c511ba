package berth.ceph;

import berth.block.Problem;

/**
 * What is being done, for the message when it fails.
 *
 * @param what the work and its object, for example {@code creating image vms/disk}
 * @param pool the pool it is done in; empty for the cluster as a whole
 * @param missing what it means that something is not there
 * @param existing what it means that something is there already
 */
record Task(String what, String pool, Problem missing, Problem existing) {
    /** Work with an image. */
    static Task image(String what, String pool) {
        return new Task(what, pool, Problem.IMAGE_NOT_FOUND, Problem.IMAGE_EXISTS);
    }

    /** Work with a snapshot. */
    static Task snapshot(String what, String pool) {
        return new Task(what, pool, Problem.SNAPSHOT_NOT_FOUND, Problem.SNAPSHOT_EXISTS);
    }

    /** Work with a pool. */
    static Task pool(String what, String pool) {
        return new Task(what, pool, Problem.POOL_NOT_FOUND, Problem.POOL_EXISTS);
    }
}
