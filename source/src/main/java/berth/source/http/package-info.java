/**
 * Files on web servers: {@link berth.source.http.HttpObject} reads ranges (RFC 9110, section 14) with the JDK's client
 * over HTTP/1.1.
 *
 * <p>Everything a server sends is hostile until checked: the bytes taken never exceed what was asked, a server that sends
 * nothing is given up in time, credentials go to no other origin than the one they were given for.
 */
@NullMarked
package berth.source.http;

import org.jspecify.annotations.NullMarked;
