package io.biplane.cli.controlplane;

import io.biplane.cli.cluster.DataDirectory;
import io.biplane.linux.ProcessImage;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** The process that {@code up} starts for a cluster's API server, controllers and scheduler. */
@Command(name = "control-plane", hidden = true)
public final class ControlPlaneCommand implements Callable<Integer> {
    @Option(names = "--data-dir", required = true)
    private Path dataDir = Path.of("");

    @Option(names = "--host-netns", required = true)
    private Path hostNamespace = Path.of("");

    @Override
    public Integer call() throws Exception {
        ProcessImage.leaveSession();
        CountDownLatch ended = new CountDownLatch(1);
        ControlPlane controlPlane = ControlPlane.start(new DataDirectory(dataDir), hostNamespace);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    controlPlane.close();
                                    ended.countDown();
                                },
                                "shutdown"));
        ended.await();
        return 0;
    }
}
