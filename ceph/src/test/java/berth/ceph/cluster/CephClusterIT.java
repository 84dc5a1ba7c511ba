package berth.ceph.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole cluster that tests can have. */
final class CephClusterIT {
    @TempDir
    Path directory;

    @Test
    void aFullClusterHasAManagerThreeOsdsAndAnS3ServerAndLeavesNoProcess() throws IOException, InterruptedException {
        try (CephCluster cluster = CephCluster.start(directory, CephCluster.Size.FULL);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(cluster.gateway())).build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(answer.body()).contains("ListAllMyBucketsResult");
            assertThat(cluster.ceph("osd", "stat")).contains("3 osds: 3 up");
            assertThat(cluster.ceph("mgr", "stat")).contains("\"x\"");
        }
        assertThat(ProcessHandle.allProcesses()
                        .filter(process ->
                                process.info().commandLine().orElse("").contains(directory + "/ceph.conf")))
                .isEmpty();
    }
}
