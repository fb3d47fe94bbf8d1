package io.biplane.cli.agents;

import io.biplane.cli.cluster.DataDirectory;
import io.biplane.linux.ProcessImage;
import io.biplane.node.standin.StandIns;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** The process that answers for pods whose images are not run. */
@Command(name = "stand-ins", hidden = true)
public final class StandInsCommand implements Callable<Integer> {
    @Option(names = "--data-dir", required = true)
    private Path dataDir = Path.of("");

    @Override
    public Integer call() throws IOException {
        ProcessImage.leaveSession();
        DataDirectory data = new DataDirectory(dataDir);
        StandIns.run(new StandIns.Config(data.standInsSocket(), data.standInsState()));
        return 0;
    }
}
