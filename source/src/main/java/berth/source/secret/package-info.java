/**
 * The secrets that a {@code source-spec} needs: passwords, tokens, keys. A {@link berth.source.secret.Secret} says where
 * one is kept, and prints itself without it; {@link berth.source.secret.SecretReader} gets its text when a stream is
 * opened. No text of a secret may get into a message, a description or a log.
 */
@NullMarked
package berth.source.secret;

import org.jspecify.annotations.NullMarked;
