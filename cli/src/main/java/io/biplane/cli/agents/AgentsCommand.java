package io.biplane.cli.agents;

import io.biplane.cli.cluster.Component;
import io.biplane.cli.cluster.ComponentProcess;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** The process that looks after all nodes: kubelets, proxies, routes and masquerade. */
@Command(name = "agents", hidden = true)
public final class AgentsCommand implements Callable<Integer> {
    @Option(names = "--data-dir", required = true)
    private Path dataDir = Path.of("");

    @Option(names = "--host-netns", required = true)
    private Path hostNamespace = Path.of("");

    @Override
    public Integer call() throws Exception {
        return ComponentProcess.run(
                Component.AGENTS, dataDir, hostNamespace, context -> new Agents(context).start());
    }
}
