package io.biplane.cli.cluster;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.ProcessImage;
import io.biplane.netip.IpFamily;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.HostSide;

import java.util.ArrayList;
import java.util.List;

/**
 * Goes on with a command inside a cluster's fabric. A JVM that was started where IPv6 is disabled
 * can never open an IPv6 socket, not even in a namespace that has it.
 */
public final class InsideFabric {
    /** The hidden option that tells the command where it came from. */
    public static final String HOST_NAMESPACE = "--host-netns";

    private InsideFabric() {}

    /**
     * Returns if the host has IPv6, or the fabric is not there; else becomes the same command
     * inside the fabric.
     *
     * @param words the command line, from the subcommand on
     */
    public static void goOnThereIfHostLacksIpv6(ClusterNetwork network, List<String> words) {
        if (HostSide.ofThisProcess().families().contains(IpFamily.IPV6)
                || !NetworkNamespace.exists(network.fabricNamespace())) {
            return;
        }
        List<String> command = new ArrayList<>(Distribution.java());
        command.addAll(Distribution.mainClass());
        command.addAll(words);
        command.add(HOST_NAMESPACE + "=" + ProcessImage.keepNamespaceOpen());
        try (NetworkNamespace fabric = NetworkNamespace.open(network.fabricNamespace())) {
            ProcessImage.replace(fabric, command.getFirst(), command, System.getenv());
        }
    }
}
