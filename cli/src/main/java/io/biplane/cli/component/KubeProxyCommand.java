package io.biplane.cli.component;

import io.biplane.cli.command.CommandFailure;
import io.biplane.cli.command.Running;
import io.biplane.client.ApiClient;
import io.biplane.client.HttpsTransport;
import io.biplane.client.informer.Informers;
import io.biplane.client.kubeconfig.Kubeconfig;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.desired.Predecessor;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.proxy.ServiceProxy;
import io.biplane.proxy.config.ProxyConfig;
import io.biplane.proxy.config.ProxyFlags;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code biplane kube-proxy}: Services in this machine's kernel, for any API server. */
@Command(
        name = "kube-proxy",
        description = {
            "Programs the Services of a cluster into the kernel of this network namespace, in nftables mode. Flags"
                    + " are upstream's, among them:",
            "--kubeconfig, --feature-gates, --cluster-cidr, --proxy-mode=nftables, --masquerade-all,"
                    + " --iptables-masquerade-bit, --hostname-override. Modes that are not built yet are refused by name."
        },
        mixinStandardHelpOptions = true)
public final class KubeProxyCommand implements Callable<Integer> {
    private static final Set<String> SWITCHES =
            Set.of(
                    "masquerade-all",
                    "cleanup",
                    "cleanup-ipvs",
                    "init-only",
                    "ipvs-strict-arp",
                    "conntrack-tcp-be-liberal",
                    "iptables-localhost-nodeports",
                    "profiling");

    @Parameters(paramLabel = "<flag>", hidden = true)
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        List<String> faults = new ArrayList<>();
        ProxyFlags flags = new ProxyFlags(FlagWords.read(words, SWITCHES, faults));
        faults.addAll(flags.faults());
        if (!faults.isEmpty()) {
            throw new CommandFailure(faults);
        }
        ProxyConfig config = flags.config();
        if (config.kubeconfig().isEmpty()) {
            throw new CommandFailure(
                    "--kubeconfig is missing: it says which API server to work with (give --kubeconfig=<file>)");
        }
        Kubeconfig kubeconfig = Kubeconfig.load(Path.of(config.kubeconfig()));
        FlagTable.warnOfIdle("kube-proxy", flags.withoutEffect());
        Running.untilStopped(
                "kube-proxy",
                opened -> {
                    HttpsTransport transport = opened.add(new HttpsTransport(kubeconfig.access()));
                    NetworkNamespace here = opened.add(NetworkNamespace.current());
                    Nftables nftables = opened.add(KernelNftables.open(here));
                    Informers informers =
                            opened.add(new Informers(new ApiClient(transport, "kube-proxy")));
                    ServiceProxy proxy = opened.add(new ServiceProxy(config, informers));
                    proxy.start();
                    informers.start();
                    Void _ = proxy.serve("this node", nftables, Predecessor.NONE).get();
                });
        return 0;
    }
}
