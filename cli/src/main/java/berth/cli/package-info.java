/**
 * The {@code berth} command: {@link berth.cli.Main} finds out which {@link berth.cli.Verb} was typed and runs it where
 * the store's owner is; {@link berth.cli.CommandRunner} is what runs there. Only the class of the command that was typed
 * is loaded, and where another process owns the store not even that: starting quickly is a feature.
 */
@NullMarked
package berth.cli;

import org.jspecify.annotations.NullMarked;
