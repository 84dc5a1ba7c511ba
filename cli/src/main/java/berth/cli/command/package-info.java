/** What each command does. A class holds the commands of one group; each method that gives a command is one of them. */
@NullMarked
package berth.cli.command;

import org.jspecify.annotations.NullMarked;
