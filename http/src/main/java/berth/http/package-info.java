/**
 * Sources shown to programs that cannot read them: as a qcow2 file that does not exist, over HTTP.
 *
 * <p>librbd's live migration reads qcow2 over HTTP, but neither compressed clusters nor backing files nor other stores.
 * {@link berth.http.VirtualQcow2} computes the bytes of a plain qcow2 file with the same contents when they are asked
 * for; {@link berth.http.RangeServer} answers requests for ranges of them.
 */
@NullMarked
package berth.http;

import org.jspecify.annotations.NullMarked;
