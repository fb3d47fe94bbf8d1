package io.biplane.bench;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.ServiceView;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.netip.IpFamily;
import io.biplane.proxy.config.ProxyConfig;
import io.biplane.proxy.nftables.ServiceRuleset;
import io.biplane.proxy.service.ServiceTable;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Services in the kernel: all of them at once, and one change, through netlink and, with the same
 * text, through {@code nft -f}. Needs root, and nft for the comparison.
 *
 * <p>Arguments: number of Services (10000), endpoints of each in each family (2), rounds (5).
 */
public final class ServicesBench {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int CHANGES = 50;

    private final int services;
    private final int endpoints;
    private final ServiceTable table = new ServiceTable();
    private final ServiceRuleset ruleset = new ServiceRuleset(ProxyConfig.forRanges(List.of()));

    private ServicesBench(int services, int endpoints) {
        this.services = services;
        this.endpoints = endpoints;
    }

    public static void main(String[] arguments) throws Exception {
        int services = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        int endpoints = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        new ServicesBench(services, endpoints).run(rounds);
    }

    private void run(int rounds) throws IOException, InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < services; i++) {
            table.serviceChanged(null, service(i));
            for (IpFamily family : IpFamily.values()) {
                table.sliceChanged(null, slice(i, family, 0));
            }
        }
        System.out.printf("%d Services x 2 families x %d endpoints%n", services, endpoints);
        print("objects read", List.of(System.nanoTime() - start));
        start = System.nanoTime();
        Transaction all = ruleset.change(table.drain());
        print("desired state computed", List.of(System.nanoTime() - start));

        List<Long> cold = new ArrayList<>();
        List<Long> coldNft = new ArrayList<>();
        List<Long> adopted = new ArrayList<>();
        List<Long> change = new ArrayList<>();
        List<Long> changeNft = new ArrayList<>();
        List<Long> computed = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            boolean nftFirst = round % 2 == 1; // A B B A
            if (nftFirst) {
                nft(all, coldNft, changeNft);
            }
            String name = "bpbench-%d-%d".formatted(ProcessHandle.current().pid(), round);
            NetworkNamespace namespace = NetworkNamespace.create(name);
            try (namespace;
                    KernelNftables nftables = KernelNftables.open(namespace)) {
                TableKeeper keeper = new TableKeeper(nftables);
                List<DesiredTable> tables = ruleset.tables(List.of());
                cold.add(time(() -> keeper.sync(tables)));
                adopted.add(time(() -> new TableKeeper(nftables).sync(tables)));
                keeper.sync(tables); // knows the generation again
                for (int i = 1; i <= CHANGES; i++) {
                    int version = round * CHANGES + i;
                    table.sliceChanged(null, slice(7, IpFamily.IPV4, version));
                    table.sliceChanged(null, slice(7, IpFamily.IPV6, version));
                    long before = System.nanoTime();
                    Transaction one = ruleset.change(table.drain());
                    computed.add(System.nanoTime() - before);
                    change.add(time(() -> keeper.change(one)));
                }
            } finally {
                NetworkNamespace.delete(name);
            }
            if (!nftFirst) {
                nft(all, coldNft, changeNft);
            }
        }
        print("cold, netlink", cold);
        print("cold, nft -f", coldNft);
        print("adopted (compared, all equal)", adopted);
        print("one change, computed", computed);
        print("one change, netlink", change);
        print("one change, nft -f", changeNft);
    }

    /** The same through nft: the whole tables, then one endpoint of one Service per family. */
    private void nft(Transaction all, List<Long> cold, List<Long> change)
            throws IOException, InterruptedException {
        String name = "bpbench-%d-nft".formatted(ProcessHandle.current().pid());
        NetworkNamespace namespace = NetworkNamespace.create(name);
        Path file = Files.createTempFile("services", ".nft");
        try (namespace) {
            Files.writeString(file, skeleton() + all);
            cold.add(nft(namespace, file));
            StringBuilder one = new StringBuilder();
            for (String[] row :
                    new String[][] {
                        {"ip", "10.96.0.8", "10.1.0.9"}, {"ip6", "fd96::8", "fd01::9"}
                    }) {
                String key = row[1] + " . tcp . 80 . 0";
                one.append(
                        "delete element %s biplane-proxy endpoints { %s }\n"
                                .formatted(row[0], key));
                one.append(
                        "add element %s biplane-proxy endpoints { %s : %s . 8080 }\n"
                                .formatted(row[0], key, row[2]));
            }
            Files.writeString(file, one);
            change.add(nft(namespace, file));
        } finally {
            Files.delete(file);
            NetworkNamespace.delete(name);
        }
    }

    /** The tables without their elements, as text. */
    private String skeleton() {
        Transaction transaction = new Transaction();
        for (DesiredTable one : ruleset.tables(List.of())) {
            transaction.add(one.table());
            one.chains().forEach(transaction::add);
            one.sets().keySet().forEach(transaction::add);
            one.rules().stream()
                    .filter(rule -> !rule.chain().name().matches("[en]p-([2-9]|\\d\\d+)"))
                    .forEach(transaction::add);
        }
        return transaction.toString();
    }

    private static long nft(NetworkNamespace namespace, Path file)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(
                                "nsenter",
                                "--net=" + namespace.path(),
                                "nft",
                                "-f",
                                file.toString())
                        .inheritIO()
                        .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("nft -f " + file + " failed");
        }
        return System.nanoTime() - start;
    }

    private static long time(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }

    private static void print(String what, List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        System.out.printf(
                "%-32s median %9.3f ms  worst %9.3f ms  n=%d%n",
                what, sorted.get(sorted.size() / 2) / 1e6, sorted.getLast() / 1e6, sorted.size());
    }

    private static ServiceView service(int number) {
        int host = number + 1;
        ObjectNode json = JSON.createObjectNode();
        json.putObject("metadata").put("namespace", "ns").put("name", "s" + number);
        ObjectNode spec = json.putObject("spec");
        String v4 = "10.%d.%d.%d".formatted(96 + (host >> 16), host >> 8 & 255, host & 255);
        spec.put("clusterIP", v4);
        spec.putArray("clusterIPs").add(v4).add("fd96::%x".formatted(host));
        spec.putArray("ports").addObject().put("port", 80);
        return ServiceView.of(json);
    }

    private EndpointSliceView slice(int number, IpFamily family, int version) {
        ObjectNode json = JSON.createObjectNode();
        ObjectNode metadata = json.putObject("metadata");
        metadata.put("namespace", "ns").put("name", "s%d-%s".formatted(number, family));
        metadata.putObject("labels").put(EndpointSliceView.SERVICE_LABEL, "s" + number);
        json.put("addressType", family.apiName());
        json.putArray("ports").addObject().put("name", "").put("port", 8080);
        var list = json.putArray("endpoints");
        for (int i = 0; i < endpoints; i++) {
            int host = number * endpoints + i + (i == 0 ? version : 0);
            list.addObject()
                    .putArray("addresses")
                    .add(
                            family == IpFamily.IPV4
                                    ? "10.%d.%d.%d"
                                            .formatted(
                                                    128 + (host >> 16), host >> 8 & 255, host & 255)
                                    : "fd01::%x".formatted(host + 1));
        }
        return EndpointSliceView.of(json);
    }
}
