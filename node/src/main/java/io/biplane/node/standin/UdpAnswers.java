package io.biplane.node.standin;

import io.biplane.netip.Addr;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A pod's answers to datagrams: {@code hostname}, {@code echo <text>} and {@code clientip} as
 * agnhost netexec gives them, {@code json} for the greeting as JSON, and the greeting as text to
 * everything else.
 */
@SuppressWarnings("FutureReturnValueIgnored") // an answer that is lost is asked for again
final class UdpAnswers extends SimpleChannelInboundHandler<DatagramPacket> {
    private final PodServer server;

    UdpAnswers(PodServer server) {
        this.server = server;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
        String question = packet.content().toString(StandardCharsets.UTF_8);
        String answer = answer(question, packet.sender(), packet.recipient().getPort());
        ctx.writeAndFlush(
                new DatagramPacket(
                        Unpooled.copiedBuffer(answer, StandardCharsets.UTF_8), packet.sender()));
    }

    private String answer(String question, InetSocketAddress client, int port) {
        String command = question.strip();
        if (command.startsWith("echo ")) {
            return command.substring("echo ".length());
        }
        return switch (command) {
            case "hostname" -> server.pod().hostname();
            case "clientip" -> SocketText.addressAndPort(client);
            case "json" -> greeting(client, port).toJson().toString();
            default -> greeting(client, port).toText();
        };
    }

    /**
     * The socket is bound to the wildcard, so the address asked is taken to be the pod's own of the
     * client's family (or loopback, for a loopback client).
     */
    private Greeting greeting(InetSocketAddress client, int port) {
        ServedPod pod = server.pod();
        Addr from = Addr.ofBytes(client.getAddress().getAddress());
        InetAddress asked =
                pod.addresses().stream()
                        .filter(own -> own.family() == from.family() && !from.isLoopback())
                        .findFirst()
                        .map(Addr::toInetAddress)
                        .orElse(client.getAddress());
        return new Greeting(pod, client, new InetSocketAddress(asked, port));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // An ICMP error that an earlier answer met; the socket goes on.
    }
}
