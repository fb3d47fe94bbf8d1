package io.biplane.cli;

/** The {@code biplane} command. */
public final class Main {
    private Main() {}

    /** Runs the command line {@code args}. */
    public static void main(String[] args) {
        System.out.println("biplane");
    }
}
