package berth.ceph;

import berth.block.ImageSpec;
import java.net.URI;

/**
 * A source that librbd reads over HTTP until its migration has been executed.
 *
 * @param target the image that is being filled, under the name that it has now
 * @param targetId its id
 * @param url where librbd reads
 * @param description what the source is opened with
 */
public record PublishedSource(ImageSpec target, String targetId, URI url, String description) {}
