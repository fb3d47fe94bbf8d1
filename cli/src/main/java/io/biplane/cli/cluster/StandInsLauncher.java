package io.biplane.cli.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Starts the stand-ins' process when it is gone. Called by the node agents, which are inside the
 * fabric, where a child of theirs is then too.
 *
 * @param data the cluster's
 */
public record StandInsLauncher(DataDirectory data) implements Runnable {
    @Override
    public void run() {
        if (Component.STAND_INS.find(data).isPresent()) {
            return; // it runs, and will open its socket
        }
        try {
            Component.STAND_INS.start(data, List.of("--data-dir", data.root().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException("starting the stand-ins failed", e);
        }
    }
}
