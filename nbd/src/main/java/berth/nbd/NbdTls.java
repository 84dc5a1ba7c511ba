package berth.nbd;

/** Whether clients may, or have to, encrypt their connections. */
public sealed interface NbdTls {
    /** Plain text only. */
    record Off() implements NbdTls {}

    /** As the client likes; protects from nobody who can change what is on the wire. */
    record Allowed(TlsCredentials credentials) implements NbdTls {}

    /** Clients that do not encrypt learn nothing and get nothing. */
    record Required(TlsCredentials credentials) implements NbdTls {}
}
