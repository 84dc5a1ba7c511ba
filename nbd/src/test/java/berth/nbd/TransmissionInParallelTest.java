package berth.nbd;

/** The same when several threads serve a connection. */
final class TransmissionInParallelTest extends TransmissionTest {
    TransmissionInParallelTest() {
        disk.usefulThreads = 8;
        readOnly.usefulThreads = 8;
    }
}
