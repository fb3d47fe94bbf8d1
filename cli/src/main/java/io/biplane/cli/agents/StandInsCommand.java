package io.biplane.cli.agents;

import io.biplane.cli.cluster.Component;
import io.biplane.cli.cluster.ComponentProcess;
import io.biplane.cli.cluster.DataDirectory;
import io.biplane.node.standin.StandIns;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** The process that answers for pods whose images are not run. */
@Command(name = "stand-ins", hidden = true)
public final class StandInsCommand implements Callable<Integer> {
    @Option(names = "--data-dir", required = true)
    private Path dataDir = Path.of("");

    @Option(names = "--host-netns", required = true)
    private Path hostNamespace = Path.of("");

    @Override
    public Integer call() throws Exception {
        return ComponentProcess.run(
                Component.STAND_INS,
                dataDir,
                hostNamespace,
                context -> {
                    DataDirectory data = context.data();
                    StandIns _ =
                            context.opened()
                                    .add(
                                            StandIns.start(
                                                    new StandIns.Config(
                                                            data.standInsSocket(),
                                                            data.standInsState())));
                    context.ready().waitsFor(() -> "");
                });
    }
}
