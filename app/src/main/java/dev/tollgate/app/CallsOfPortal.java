package dev.tollgate.app;

import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.HeldFiles;
import dev.tollgate.calls.replay.Expiry;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.client.PublicPost;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.RequestCount;
import dev.tollgate.models.ModelLife;
import dev.tollgate.operator.admin.accounts.AccountFiles;
import dev.tollgate.portal.AnsweringHalf;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.OtherTier;
import dev.tollgate.running.RunningCalls;
import dev.tollgate.running.Trial;
import dev.tollgate.serving.CallsModule;
import dev.tollgate.serving.UpstreamsModule;
import dev.tollgate.upstreams.media.AllowedPlaces;
import dev.tollgate.upstreams.media.GuardedPost;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The gateway, as the portal asks it. */
record CallsOfPortal(Ground ground, UpstreamsModule upstreams, CallsModule calls, RefusalsModule rejections)
        implements AnsweringHalf {

    @Override
    public boolean isSandbox() {
        return upstreams.standIn() != null;
    }

    @Override
    public ModelLife models() {
        return upstreams.models();
    }

    @Override
    public RunningCalls running() {
        return calls.meter()::running;
    }

    @Override
    public List<ChannelStatus> channels() {
        return upstreams.pool().status();
    }

    @Override
    public List<OtherTier> otherTiers() {
        return calls.flex().others();
    }

    @Override
    public boolean hasChannelsFile() {
        return upstreams.channels().hasFile();
    }

    @Override
    public boolean reloadChannels() {
        return upstreams.reload();
    }

    @Override
    public void tryChannel(String channelId, Consumer<Trial> then) {
        upstreams.pool().tryOut(channelId, then);
    }

    @Override
    public RefusedCalls refused() {
        return rejections.latest();
    }

    @Override
    public RefusalBooks refusals() {
        return rejections.counts();
    }

    @Override
    public RequestCount requests() {
        return calls.requests();
    }

    @Override
    public KeyGate gate() {
        return calls.gate();
    }

    @Override
    public AccountFiles.Shelf files() {
        return new Shelf(calls.files());
    }

    @Override
    public Duration answersKept() {
        return Expiry.KEPT;
    }

    @Override
    public PublicPost openPost(Vertx vertx, Opened opened) {
        return opened.add(
                new GuardedPost(
                        vertx,
                        ground.surroundings().resolver(),
                        AllowedPlaces.of(ground.settings().list(TrafficSettings.MEDIA_ALLOW))),
                GuardedPost::close);
    }

    @Override
    public Route<KeyCaller> playgroundChat(Gate<KeyCaller> session) {
        return calls.playground().playgroundChat(session);
    }

    @Override
    public Route<KeyCaller> playgroundEstimate(Gate<KeyCaller> session) {
        return calls.playground().playgroundEstimate(session);
    }

    @Override
    public Route<KeyCaller> playgroundCount(Gate<KeyCaller> session) {
        return calls.playground().playgroundCount(session);
    }

    @Override
    public Route<KeyCaller> playgroundFit(Gate<KeyCaller> session) {
        return calls.playground().playgroundFit(session);
    }

    /** The file store, as operators see it. */
    private record Shelf(FileStore files) implements AccountFiles.Shelf {

        @Override
        public long bytesMax() {
            return files.room().bytesMax();
        }

        @Override
        public List<AccountFiles.Holder> holders() {
            return files.held().holders().stream()
                    .map(its -> new AccountFiles.Holder(its.accountId(), its.files(), its.bytes()))
                    .toList();
        }

        @Override
        public List<AccountFiles.Held> of(String accountId) {
            return files.held().of(accountId).stream()
                    .map(file -> new AccountFiles.Held(
                            file.id(),
                            file.purpose().code(),
                            file.mimeType(),
                            file.bytes(),
                            file.written(),
                            Instant.ofEpochMilli(file.createdAt()),
                            Instant.ofEpochMilli(file.expiresAt())))
                    .toList();
        }

        @Override
        public AccountFiles.Removal removal(String accountId, @Nullable String file) {
            HeldFiles.Removal removal = files.held().removal(accountId, file);
            return new AccountFiles.Removal(removal.change(), removal.files());
        }
    }
}
