/**
 * How things are written for people and for scripts: sizes, times, tables, JSON. The forms are those of {@code rbd}, to
 * the blank, because scripts read them.
 */
@NullMarked
package berth.cli.text;

import org.jspecify.annotations.NullMarked;
