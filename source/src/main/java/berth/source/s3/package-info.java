/**
 * Objects in S3 buckets, by the AWS SDK for Java, which signs requests (version 4) and knows S3's errors. Its own retries
 * are off: those of {@code berth.source.remote} apply.
 */
@NullMarked
package berth.source.s3;

import org.jspecify.annotations.NullMarked;
