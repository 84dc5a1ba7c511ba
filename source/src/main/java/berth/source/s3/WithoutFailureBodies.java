package berth.source.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.AbortableInputStream;

/**
 * Keeps the bodies of failures from the SDK, which would take all of one into memory to parse it, however long it is. Their
 * statuses say enough.
 */
final class WithoutFailureBodies implements ExecutionInterceptor {
    @Override
    public Optional<InputStream> modifyHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        Optional<InputStream> body = context.responseBody();
        return context.httpResponse().isSuccessful() ? body : body.map(Unread::new);
    }

    /** Has no bytes, and breaks the connection that brings them: to use it again, they would have to be read. */
    private static final class Unread extends FilterInputStream {
        Unread(InputStream body) {
            super(body);
        }

        @Override
        public int read() {
            return -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return -1;
        }

        @Override
        public void close() throws IOException {
            if (in instanceof AbortableInputStream abortable) {
                abortable.abort();
            }
            super.close();
        }
    }
}
