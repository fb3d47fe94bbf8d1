package io.biplane.cli.command;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a program has opened, closed in the reverse order; for one thread. */
public final class Opened implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Opened.class.getName());

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Closes {@code what} before all that is there already. */
    public <T extends AutoCloseable> T add(T what) {
        open.push(what);
        return what;
    }

    /** One that cannot be closed does not keep the others open. */
    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable last = open.pop();
            try {
                last.close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, () -> "closing failed: " + e);
            }
        }
    }
}
