package io.biplane.node.standin;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/** Writes JSON objects as whole lines, from any thread; a failure closes the connection. */
final class LineSender {
    private final SocketChannel connection;
    private final ReentrantLock lock = new ReentrantLock();

    LineSender(SocketChannel connection) {
        this.connection = connection;
    }

    /** Returns false if the connection is broken (its reader sees the end as well). */
    boolean send(JsonNode line) {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        lock.lock();
        try {
            while (bytes.hasRemaining()) {
                connection.write(bytes);
            }
            return true;
        } catch (IOException broken) {
            close();
            return false;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        try {
            connection.close();
        } catch (IOException alreadyBroken) {
            // Nothing more to do: its descriptor is released either way.
        }
    }
}
