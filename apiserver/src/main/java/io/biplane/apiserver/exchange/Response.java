package io.biplane.apiserver.exchange;

import java.util.List;
import java.util.Map;

/** What goes back: all at once, or as a stream that ends when either side wants. */
public sealed interface Response {
    int code();

    /** Names as sent, each with its values in order. */
    Map<String, List<String>> headers();

    /** A whole answer. */
    @SuppressWarnings("ArrayRecordComponent") // shared, and compared by nobody
    record Full(int code, Map<String, List<String>> headers, byte[] body) implements Response {
        public Full {
            headers = Map.copyOf(headers);
        }

        /** An answer with a content type and nothing else in its header. */
        public static Full of(int code, String contentType, byte[] body) {
            return new Full(code, Map.of("Content-Type", List.of(contentType)), body);
        }
    }

    /** An answer without a known end, such as a watch; whoever receives it closes the chunks. */
    record Stream(int code, Map<String, List<String>> headers, Chunks chunks) implements Response {
        public Stream {
            headers = Map.copyOf(headers);
        }
    }

    /** The body of a stream, pulled by its receiver, so that a slow receiver costs no memory. */
    interface Chunks extends AutoCloseable {
        /**
         * Waits for more; each chunk is whole in itself (a watch event with its line end).
         *
         * @return at least one chunk, shared and not to be changed; or none: the stream has ended
         */
        List<byte[]> next() throws InterruptedException;

        /** May be called by any thread, any number of times; {@link #next()} then returns none. */
        @Override
        void close();
    }
}
