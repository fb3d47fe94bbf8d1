package io.biplane.cli.controlplane;

import io.biplane.cli.cluster.Component;
import io.biplane.cli.cluster.ComponentProcess;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** The process that {@code up} starts for a cluster's API server, controllers and scheduler. */
@Command(name = "control-plane", hidden = true)
public final class ControlPlaneCommand implements Callable<Integer> {
    @Option(names = "--data-dir", required = true)
    private Path dataDir = Path.of("");

    @Option(names = "--host-netns", required = true)
    private Path hostNamespace = Path.of("");

    @Override
    public Integer call() throws Exception {
        return ComponentProcess.run(
                Component.CONTROL_PLANE, dataDir, hostNamespace, ControlPlane::start);
    }
}
