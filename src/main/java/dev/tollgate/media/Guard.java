package dev.tollgate.media;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Decides where a download may connect to: to a public address on 80 or 443, or to what the operator allows. A host is judged by all of
 * its addresses, and one that is not public is enough to refuse it; the connection then goes to an address that was judged, not to the
 * name, so that a second answer of its name server changes nothing. Thread-safe.
 */
final class Guard implements AutoCloseable {

    /** Threads of the platform: a name server that does not answer holds one in native code. */
    private static final int LOOKUPS_AT_ONCE_MAX = 16;

    private static final int LOOKUPS_WAITING_MAX = 1_000;
    private static final int ADDRESSES_MAX = 64;

    private final Resolver resolver;
    private final AllowedPlaces allowed;
    private final ExecutorService lookups;

    Guard(Resolver resolver, AllowedPlaces allowed) {
        this.resolver = resolver;
        this.allowed = allowed;
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                LOOKUPS_AT_ONCE_MAX,
                LOOKUPS_AT_ONCE_MAX,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(LOOKUPS_WAITING_MAX),
                Thread.ofPlatform().daemon().name("media-lookup-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        this.lookups = pool;
    }

    /**
     * Blocks until the host's addresses are known.
     *
     * @return addresses that may be connected to, at least one
     */
    List<InetAddress> judge(MediaUrl url, Deadline deadline) throws MediaRefused, NoRoom, InterruptedException {
        if (!allowed.usesPort(url.port())) {
            throw new MediaRefused("leads to port %d; downloads are made from 80 and 443.".formatted(url.port()));
        }
        InetAddress literal = url.address();
        List<InetAddress> found = literal != null ? List.of(literal) : lookUp(url.host(), deadline);
        for (InetAddress address : found) {
            require(url, address);
        }
        return found;
    }

    private void require(MediaUrl url, InetAddress address) throws MediaRefused {
        boolean open = AllowedPlaces.isStandard(url.port()) && PublicAddresses.contain(address);
        if (!open && !allowed.allow(url, address)) {
            throw new MediaRefused("leads to an address that is not public, which is not downloaded from.");
        }
    }

    private List<InetAddress> lookUp(String host, Deadline deadline) throws MediaRefused, NoRoom, InterruptedException {
        Future<List<InetAddress>> looking;
        try {
            looking = lookups.submit(() -> resolver.resolve(host));
        } catch (RejectedExecutionException full) {
            throw new NoRoom("too many hosts are being looked up", full);
        }
        try {
            List<InetAddress> found = looking.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
            return checked(found, host);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException) {
                throw unknown();
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw deadline.passed();
        } finally {
            looking.cancel(false);
        }
    }

    private static List<InetAddress> checked(List<InetAddress> found, String host) throws MediaRefused {
        if (found.isEmpty() || found.size() > ADDRESSES_MAX) {
            throw unknown();
        }
        return List.copyOf(found);
    }

    private static MediaRefused unknown() {
        return new MediaRefused("could not be downloaded: its host is not known.");
    }

    @Override
    public void close() {
        lookups.shutdownNow();
    }
}
