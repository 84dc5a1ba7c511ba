/**
 * Moves of running instances into Ceph without shutting them down: libvirt copies each disk to an image that Berth made,
 * and lets the guest go on with the image when the two are in step.
 *
 * <p>{@link berth.cloud.live.LiveMover} is the way in. What a move is about to do is in its {@link
 * berth.cloud.live.LiveJournal} before it does it, and where each disk stands is read from the domain as it runs, never
 * from memory. So a process that was killed at any moment is followed by one that either goes on or takes everything
 * back. Until {@link berth.cloud.live.LiveState#CHANGING} nothing has changed for the guest.
 *
 * <p>A copy whose target is what the guest uses already would first zero it: libvirt does not notice. Therefore no copy
 * is started unless the domain says that the disk is still the file.
 */
@NullMarked
package berth.cloud.live;

import org.jspecify.annotations.NullMarked;
