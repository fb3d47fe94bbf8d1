package io.biplane.cli.agents;

import io.biplane.cli.cluster.DataDirectory;
import io.biplane.linux.ProcessImage;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** The process that looks after all nodes: kubelets, proxies, routes and masquerade. */
@Command(name = "agents", hidden = true)
public final class AgentsCommand implements Callable<Integer> {
    @Option(names = "--data-dir", required = true)
    private Path dataDir = Path.of("");

    @Override
    public Integer call() throws Exception {
        ProcessImage.leaveSession();
        CountDownLatch ended = new CountDownLatch(1);
        Agents agents = Agents.start(new DataDirectory(dataDir));
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    agents.close();
                                    ended.countDown();
                                },
                                "shutdown"));
        ended.await();
        return 0;
    }
}
