package dev.tollgate.stress;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a program and its PostgreSQL and breaks connections in the middle of a commit. Knows as much of the protocol as it
 * takes to see a COMMIT coming: messages have a type, a length, and those that prepare and bind statements name them.
 */
final class CommitProxy implements AutoCloseable {

    /** Where the connection breaks. */
    enum Where {
        /** The server never sees the COMMIT. */
        BEFORE,
        /** It has it, and whether it has done it by then is luck. */
        WITHIN,
        /** It has answered, and the answer is lost. */
        AFTER
    }

    /**
     * @param all every connection breaks with it
     * @param outageMillis for so long no new one is made either
     */
    record Cut(Where where, boolean all, long outageMillis) {}

    private static final List<String> MOVERS =
            List.of("INSERT INTO open_hold ", "UPDATE open_hold ", "INSERT INTO call ", "INSERT INTO entry ");

    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private final ServerSocket server;
    private final URI target;
    private final Supplier<@Nullable Cut> cuts;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger linked = new AtomicInteger();
    private volatile long awayUntilNanos = System.nanoTime();

    /**
     * @param url of the server
     * @param cuts asked at each COMMIT of a transaction that writes entries, by several threads: null lets it pass
     */
    CommitProxy(String url, Supplier<@Nullable Cut> cuts) {
        this.target = URI.create(url.substring("jdbc:".length()));
        this.cuts = cuts;
        try {
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** Returns the address of the same database through this proxy. */
    String url() {
        return "jdbc:postgresql://127.0.0.1:" + server.getLocalPort() + target.getPath() + "?" + target.getQuery()
                + "&sslmode=disable";
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                if (System.nanoTime() - awayUntilNanos < 0) {
                    client.close();
                } else {
                    threads.execute(() -> link(client));
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void link(Socket client) {
        try (client;
                Socket backend = new Socket(target.getHost(), target.getPort())) {
            client.setTcpNoDelay(true);
            backend.setTcpNoDelay(true);
            Link link = new Link(client, backend);
            links.add(link);
            linked.incrementAndGet();
            threads.execute(link::copyAnswers);
            try {
                link.copyQuestions();
            } finally {
                link.close();
                links.remove(link);
            }
        } catch (IOException gone) {
            // one side has left, or was made to
        }
    }

    /** How many connections it has made. */
    int linked() {
        return linked.get();
    }

    /** An outage is over. */
    void comeBack() {
        awayUntilNanos = System.nanoTime();
    }

    private void begin(Cut cut, Link broken) {
        awayUntilNanos = System.nanoTime() + cut.outageMillis() * 1_000_000;
        if (cut.all()) {
            links.stream().filter(link -> link != broken).forEach(Link::close);
        }
    }

    /** One connection, both ways. */
    private final class Link {

        private final Socket client;
        private final Socket backend;
        private final Set<String> commits = new HashSet<>();
        private final Set<String> movers = new HashSet<>();
        private boolean moves;
        private volatile @Nullable Cut ending;

        Link(Socket client, Socket backend) {
            this.client = client;
            this.backend = backend;
        }

        void copyQuestions() throws IOException {
            DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            OutputStream out = new BufferedOutputStream(backend.getOutputStream());
            byte[] greeting = body(in);
            out.write(whole(greeting));
            out.flush();
            while (true) {
                int type = in.read();
                if (type < 0) {
                    return;
                }
                byte[] body = body(in);
                if (isCommit(type, body) && breaks()) {
                    return;
                }
                out.write(type);
                out.write(whole(body));
                if (type == 'S' || in.available() == 0) {
                    out.flush();
                }
                if (type == 'S' && ending != null && ending.where() == Where.WITHIN) {
                    begin(ending, this);
                    return;
                }
            }
        }

        /** @return whether nothing more is to reach the server */
        private boolean breaks() {
            Cut cut = cuts.get();
            if (cut != null && cut.where() == Where.BEFORE) {
                begin(cut, this);
                return true;
            }
            ending = cut;
            return false;
        }

        private static byte[] body(DataInputStream in) throws IOException {
            int length = in.readInt() - Integer.BYTES;
            if (length < 0 || length > MESSAGE_BYTES_MAX) {
                throw new EOFException("not a message");
            }
            byte[] body = new byte[length];
            in.readFully(body);
            return body;
        }

        private static byte[] whole(byte[] body) {
            return ByteBuffer.allocate(Integer.BYTES + body.length)
                    .putInt(Integer.BYTES + body.length)
                    .put(body)
                    .array();
        }

        /** Parse: name and text of a statement; Bind: portal and name. @return whether what comes is the commit of what moves money */
        private boolean isCommit(int type, byte[] body) {
            if (type == 'P') {
                String name = text(body, 0);
                String sql = text(body, name.length() + 1).strip();
                keep(commits, name, sql.equalsIgnoreCase("COMMIT"));
                keep(movers, name, MOVERS.stream().anyMatch(sql::startsWith));
            }
            if (type != 'B') {
                return false;
            }
            String name = text(body, text(body, 0).length() + 1);
            moves |= movers.contains(name);
            boolean movesNow = moves && commits.contains(name);
            moves &= !movesNow;
            return movesNow;
        }

        private static void keep(Set<String> names, String name, boolean isOne) {
            if (isOne) {
                names.add(name);
            } else {
                names.remove(name);
            }
        }

        private static String text(byte[] body, int from) {
            int end = from;
            while (body[end] != 0) {
                end++;
            }
            return new String(body, from, end - from, StandardCharsets.ISO_8859_1);
        }

        void copyAnswers() {
            byte[] buffer = new byte[1 << 16];
            ByteArrayOutputStream lost = new ByteArrayOutputStream();
            try {
                InputStream in = backend.getInputStream();
                OutputStream out = client.getOutputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    Cut cut = ending;
                    if (cut == null) {
                        out.write(buffer, 0, count);
                    } else if (cut.where() == Where.AFTER && endsReady(lost, buffer, count)) {
                        begin(cut, this);
                        break;
                    }
                }
            } catch (IOException gone) {
                // one side has left, or was made to
            } finally {
                close();
            }
        }

        /** ReadyForQuery, a message of six bytes, ends each answer. @param lost what has come of it before */
        private static boolean endsReady(ByteArrayOutputStream lost, byte[] buffer, int count) {
            lost.write(buffer, 0, count);
            byte[] answer = lost.toByteArray();
            int at = answer.length - 6;
            return at >= 0 && answer[at] == 'Z' && answer[at + 4] == 5;
        }

        void close() {
            try {
                client.close();
                backend.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        links.forEach(Link::close);
        threads.shutdownNow();
        threads.close();
    }
}
