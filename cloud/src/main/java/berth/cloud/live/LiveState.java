package berth.cloud.live;

/** How far the move of a running instance is. Each state is durable before what it says begins. */
public enum LiveState {
    /** The images are being made. */
    PREPARED,
    /** The disks are being copied; the guest uses the files. */
    COPYING,
    /** The guest is changed over to the images; from the first disk on there is no way back. */
    CHANGING,
    /** The guest uses the images; its definition is to follow, and the proof. */
    CHANGED,
    /** All is done. */
    DONE,
    /** The copies are ended and the images removed. */
    ROLLING_BACK
}
