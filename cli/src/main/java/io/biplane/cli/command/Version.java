package io.biplane.cli.command;

import picocli.CommandLine.IVersionProvider;

/** What {@code biplane --version} prints. */
public final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "biplane 0.1.0", "java " + Runtime.version() + ", " + System.getProperty("os.arch")
        };
    }
}
