package io.biplane.client.testing;

import io.biplane.client.LineStream;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A stream of lines that someone puts in. */
final class FakeStream implements LineStream {
    private static final byte[] END = new byte[0];
    private static final byte[] BROKEN = new byte[0];

    private final int code;
    private final BlockingQueue<byte[]> lines = new LinkedBlockingQueue<>();

    FakeStream(int code) {
        this.code = code;
    }

    /** A stream of one line. */
    static FakeStream of(int code, byte[] line) {
        FakeStream stream = new FakeStream(code);
        stream.put(line);
        stream.lines.add(END);
        return stream;
    }

    void put(byte[] line) {
        lines.add(line);
    }

    @Override
    public int code() {
        return code;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the marks are told apart from lines by identity
    public byte @Nullable [] next() throws IOException {
        try {
            byte[] line = lines.take();
            if (line == BROKEN) {
                throw new IOException("the stream was closed");
            }
            return line == END ? null : line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        lines.add(BROKEN);
    }
}
