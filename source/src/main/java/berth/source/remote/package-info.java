/**
 * Files on servers as streams. A {@link berth.source.remote.RemoteObject} speaks a server's protocol, one attempt at a
 * time; what all protocols share is here and written once: retries, reading ahead, and noticing that the file is not the
 * one that was opened.
 *
 * <p>What holds: each answer is checked against the size and the validators that were found when the stream was opened,
 * so that bytes of another file never pass for those of this one. Memory: what
 * {@link berth.source.remote.ReadAheadPolicy} says.
 */
@NullMarked
package berth.source.remote;

import org.jspecify.annotations.NullMarked;
