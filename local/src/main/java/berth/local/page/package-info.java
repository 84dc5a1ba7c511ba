/**
 * Page files: large sparse arrays of 64-bit words on disk, changed in memory and made durable by the journal.
 *
 * <p>Two things are kept in them: a layer's map ({@link berth.local.page.LayerMap}, 2 bits per 4 KiB block) and the
 * digests of an image that is being filled ({@link berth.local.page.FillMap}, 2 words per object). A page is 512 words.
 * On disk each page has two slots, written in turn, so that a torn write leaves the other one whole.
 *
 * <p>The life of a change: a word is changed in memory ({@link berth.local.page.PageFile#update}); {@link
 * berth.local.page.PageFile#capture} takes what changed since the last capture into the journal; a checkpoint writes the
 * pages to their slots.
 */
@NullMarked
package berth.local.page;

import org.jspecify.annotations.NullMarked;
