/** Tests of the NBD server, with clients that misbehave and with the real ones. */
@org.jspecify.annotations.NullMarked
package berth.nbd;
