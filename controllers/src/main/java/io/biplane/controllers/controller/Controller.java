package io.biplane.controllers.controller;

/**
 * A loop that brings objects to where they should be. Its constructor asks for informers and
 * listens to them; it works between {@link #start} and {@link #close}.
 */
public interface Controller extends AutoCloseable {
    /** Starts the workers; the informers have their first lists by then. */
    void start();

    /** Ends the workers; what was begun is finished or refused by the API. */
    @Override
    void close();
}
