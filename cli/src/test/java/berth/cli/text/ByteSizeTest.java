package berth.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1 KiB",
        "1536, 1.5 KiB",
        "40894464, 39 MiB",
        "17301504, 16 MiB",
        "18350080, 18 MiB",
        "1288490188, 1.2 GiB",
        "21474836480, 20 GiB",
        "17592186044416, 16 TiB",
        "17592186040320, 16 TiB",
        "9223372036854775807, 8.0 EiB",
    })
    void sizesAreWrittenAsRbdDoes(long bytes, String text) {
        assertThat(ByteSize.format(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "20G, 21474836480",
        "1024, 1073741824",
        "0, 0",
        "39M, 40894464",
        "5000B, 5000",
        "4k, 4096",
        "1Ki, 1024",
        "1KiB, 1024",
        "16T, 17592186044416",
        "8191P, 9222246136947933184",
    })
    void sizesAreRead(String text, long bytes) {
        assertThat(ByteSize.parse(text, 1 << 20)).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "G", "1.5G", "-1", "+1", "1X", "1GG", "1 G", "8E", "99999999999999999999", "1BiB", "٣G"})
    void whatIsNoSizeIsRefused(String text) {
        assertThat(ByteSize.parse(text, 1 << 20)).isEmpty();
    }
}
