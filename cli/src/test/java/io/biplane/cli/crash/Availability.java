package io.biplane.cli.crash;

/** Whether the server is there; watchers wait for it. */
final class Availability {
    private boolean up;
    private boolean over;

    synchronized void set(boolean now) {
        up = now;
        notifyAll();
    }

    /** Nothing comes any more. */
    synchronized void end() {
        over = true;
        notifyAll();
    }

    /** Waits for the server; false when it is all over. */
    synchronized boolean awaitUp() throws InterruptedException {
        while (!up && !over) {
            wait();
        }
        return !over;
    }
}
