package dev.tollgate.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * A connection over loopback whose TCP segments are as small as on a network, which Java's sockets cannot set: with loopback's own
 * segments of 64 KiB the kernel takes megabytes of an answer that is not read. Linux only.
 */
final class SmallSegments implements AutoCloseable {

    /** The least segment that every host takes, and the segment of an Ethernet. */
    private static final int SMALLEST = 536;

    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_MAXSEG = 2;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int ADDRESS_BYTES = 16;
    private static final int RECEIVE_BYTES = 2_048;

    private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SET_OPTION =
            function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle BIND = function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SEND = function("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);

    private final int socket;

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    /** @param from an address of 127.0.0.0/8 that the server sees */
    SmallSegments(String from, int port) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            socket = number(SOCKET.invoke(AF_INET, SOCK_STREAM, 0), "socket");
            set(arena, IPPROTO_TCP, TCP_MAXSEG, SMALLEST);
            set(arena, SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES);
            number(BIND.invoke(socket, address(arena, from, 0), ADDRESS_BYTES), "bind");
            number(CONNECT.invoke(socket, address(arena, "127.0.0.1", port), ADDRESS_BYTES), "connect");
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private void set(Arena arena, int level, int option, int value) throws Throwable {
        number(SET_OPTION.invoke(socket, level, option, arena.allocateFrom(JAVA_INT, value), 4), "setsockopt");
    }

    private static MemorySegment address(Arena arena, String host, int port) throws IOException {
        MemorySegment address = arena.allocate(ADDRESS_BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
        address.set(ValueLayout.JAVA_BYTE, 2, (byte) (port >>> 8));
        address.set(ValueLayout.JAVA_BYTE, 3, (byte) port);
        MemorySegment.copy(InetAddress.ofLiteral(host).getAddress(), 0, address, ValueLayout.JAVA_BYTE, 4, 4);
        return address;
    }

    private static int number(Object result, String what) throws IOException {
        int number = ((Number) result).intValue();
        if (number < 0) {
            throw new IOException(what + " has failed");
        }
        return number;
    }

    void send(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try (Arena arena = Arena.ofConfined()) {
            number(
                    SEND.invoke(
                            socket,
                            arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes),
                            (long) bytes.length,
                            MSG_NOSIGNAL),
                    "send");
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            Object unused = CLOSE.invoke(socket);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
