package berth.fuzz;

import berth.nbd.NbdServerFuzz;
import berth.nbd.client.NbdClientFuzz;
import berth.server.ControlSessionFuzz;
import java.util.Locale;
import java.util.function.Consumer;

/** The fuzz targets. The name in lower case, with hyphens, is the target's directory in {@code corpus/}. */
public enum Target {
    QCOW_IMAGE(QcowImageFuzz.class, QcowImageFuzz::fuzzerTestOneInput, 64 << 10),
    QCOW_HEADER(QcowHeaderFuzz.class, QcowHeaderFuzz::fuzzerTestOneInput, 4 << 10),
    QCOW_TABLES(QcowTablesFuzz.class, QcowTablesFuzz::fuzzerTestOneInput, 8 << 10),
    QCOW_SNAPSHOTS(QcowSnapshotsFuzz.class, QcowSnapshotsFuzz::fuzzerTestOneInput, 8 << 10),
    BACKING_CHAIN(BackingChainFuzz.class, BackingChainFuzz::fuzzerTestOneInput, 16 << 10),
    ZLIB_CLUSTER(ZlibClusterFuzz.class, ZlibClusterFuzz::fuzzerTestOneInput, 8 << 10),
    ZSTD_CLUSTER(ZstdClusterFuzz.class, ZstdClusterFuzz::fuzzerTestOneInput, 8 << 10),
    SOURCE_SPEC(SourceSpecFuzz.class, SourceSpecFuzz::fuzzerTestOneInput, 4 << 10),
    NBD_SERVER(NbdServerFuzz.class, NbdServerFuzz::fuzzerTestOneInput, 48 << 10),
    NBD_CLIENT(NbdClientFuzz.class, NbdClientFuzz::fuzzerTestOneInput, 16 << 10),
    CONTENT_RANGE(ContentRangeFuzz.class, ContentRangeFuzz::fuzzerTestOneInput, 1 << 10),
    DOMAIN_XML(DomainXmlFuzz.class, DomainXmlFuzz::fuzzerTestOneInput, 8 << 10),
    DISK_INFO(DiskInfoFuzz.class, DiskInfoFuzz::fuzzerTestOneInput, 4 << 10),
    NODE_CONFIG(NodeConfigFuzz.class, NodeConfigFuzz::fuzzerTestOneInput, 4 << 10),
    JOURNAL_FILE(JournalFileFuzz.class, JournalFileFuzz::fuzzerTestOneInput, 16 << 10),
    JOURNAL_ENTRIES(JournalEntriesFuzz.class, JournalEntriesFuzz::fuzzerTestOneInput, 4 << 10),
    CATALOG_RECORD(CatalogRecordFuzz.class, CatalogRecordFuzz::fuzzerTestOneInput, 4 << 10),
    PAGE_FILE(PageFileFuzz.class, PageFileFuzz::fuzzerTestOneInput, 16 << 10),
    CONTROL_SESSION(ControlSessionFuzz.class, ControlSessionFuzz::fuzzerTestOneInput, 8 << 10),
    RECEIPT(ReceiptFuzz.class, ReceiptFuzz::fuzzerTestOneInput, 8 << 10);

    private final Class<?> type;
    /** A method reference without state. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Consumer<byte[]> method;

    private final int maxInputBytes;

    Target(Class<?> type, Consumer<byte[]> method, int maxInputBytes) {
        this.type = type;
        this.method = method;
        this.maxInputBytes = maxInputBytes;
    }

    /** The class that Jazzer is started with. */
    public Class<?> type() {
        return type;
    }

    /** The longest input that Jazzer makes. */
    public int maxInputBytes() {
        return maxInputBytes;
    }

    /** Uses the parser with one input. */
    public void run(byte[] input) {
        method.accept(input);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
