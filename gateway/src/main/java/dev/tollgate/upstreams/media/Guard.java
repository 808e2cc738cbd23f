package dev.tollgate.upstreams.media;

import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where a download may connect to: to a public address on port 80 or 443, or to what the operator allows. All addresses of a host
 * are checked, and a single non-public address refuses the host. The connection then uses a checked address, not the name, so a second answer of
 * the name server changes nothing. Thread-safe.
 */
final class Guard implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Guard.class);

    /**
     * As many as downloads. Threads of the platform: a name server that does not answer holds one in native code, longer than its caller
     * waits, and its account's turn with it.
     */
    private static final FairTurns.Bounds LOOKUPS = new FairTurns.Bounds(64, 4, 10_000, 1_000);

    private static final int ADDRESSES_MAX = 64;

    /** The names that no public server has: those without a dot, and those that RFC 6761, 6762, 8375 and ICANN reserve. */
    private static final Pattern PRIVATE_NAME =
            Pattern.compile("[^.]*|(.*\\.)?(localhost|local|internal|invalid|test|home\\.arpa)");

    private final Resolver resolver;
    private final AllowedPlaces allowed;
    private final Workers lookups = new Workers(LOOKUPS, Workers.threads("media-lookup", 0));

    Guard(Resolver resolver, AllowedPlaces allowed) {
        this.resolver = resolver;
        this.allowed = allowed;
    }

    /**
     * Blocks until the host's addresses are known.
     *
     * @param accountId whose turn it takes to look the host up
     * @return addresses that may be connected to, at least one
     */
    List<InetAddress> judge(String accountId, MediaUrl url, Deadline deadline)
            throws MediaRefused, TooMuch, InterruptedException {
        if (!allowed.usesPort(url.port())) {
            throw new MediaRefused("leads to port %d; downloads are made from 80 and 443.".formatted(url.port()));
        }
        InetAddress literal = url.address();
        List<InetAddress> found = literal != null ? List.of(literal) : lookUp(accountId, url.host(), deadline);
        for (InetAddress address : found) {
            require(url, address);
        }
        return found;
    }

    /** Returns whether a URL can lead to a place that is public or allowed, as far as it is known without a look-up. */
    boolean mayReach(MediaUrl url) {
        InetAddress literal = url.address();
        if (literal != null) {
            return isOpen(url, literal) || allowed.allow(url, literal);
        }
        return (AllowedPlaces.isStandard(url.port())
                        && !PRIVATE_NAME.matcher(url.host()).matches())
                || allowed.mayAllow(url);
    }

    private static boolean isOpen(MediaUrl url, InetAddress address) {
        return AllowedPlaces.isStandard(url.port()) && PublicAddresses.contain(address);
    }

    private void require(MediaUrl url, InetAddress address) throws MediaRefused {
        if (!isOpen(url, address) && !allowed.allow(url, address)) {
            log.debug("{} leads to {}, which is not public", url.host(), address.getHostAddress());
            throw unreachable();
        }
    }

    private List<InetAddress> lookUp(String accountId, String host, Deadline deadline)
            throws MediaRefused, TooMuch, InterruptedException {
        Workers.Job<List<InetAddress>> looking = lookups.start(accountId, _ -> resolver.resolve(host));
        if (looking == null) {
            throw new TooMuch(null);
        }
        try {
            return checked(looking.result().get(deadline.leftNanos(), TimeUnit.NANOSECONDS), host);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException) {
                log.debug("{} is not known", host);
                throw unreachable();
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw deadline.passed();
        } finally {
            looking.cancel();
        }
    }

    private static List<InetAddress> checked(List<InetAddress> found, String host) throws MediaRefused {
        if (found.isEmpty() || found.size() > ADDRESSES_MAX) {
            log.debug("{} has {} addresses", host, found.size());
            throw unreachable();
        }
        return List.copyOf(found);
    }

    /**
     * Returns the same refusal for a host that is unknown, not public, or silent: a caller who learned which could list the names of a
     * private network.
     */
    static MediaRefused unreachable() {
        return new MediaRefused("could not be downloaded: its host could not be reached at a public address.");
    }

    @Override
    public void close() {
        lookups.close();
    }
}
