/**
 * What Berth's parsers of outside bytes promise, and the fuzz targets that try to break it.
 *
 * <p>A {@link berth.fuzz.Target} is a class with a method {@code fuzzerTestOneInput}, which Jazzer calls with one input
 * after another. Targets of package-private classes live in the packages of those. Whatever the input: the parser ends,
 * throws nothing but the {@link berth.block.BlockException}s that it declares, and allocates no more than its {@link
 * berth.fuzz.Promise} says. The seeds of each target, and every input that ever broke a promise, are in {@code corpus/};
 * all of them are replayed by the unit tests.
 */
@NullMarked
package berth.fuzz;

import org.jspecify.annotations.NullMarked;
