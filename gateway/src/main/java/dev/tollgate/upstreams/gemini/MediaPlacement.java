package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.Medium;
import dev.tollgate.upstreams.media.WantedMedium;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The placement of a request's media: in the body itself while that is no larger than it may be, else the largest are uploaded
 * first, until the others fit. Begun once; thread-safe.
 */
final class MediaPlacement {

    private final @Nullable FileUploads uploads;
    private final GeminiBody body;
    private final CallMedia media;
    private final long uploadedAbove;
    private final List<FileUploads.Ticket> tickets = new ArrayList<>();
    private final AtomicBoolean left = new AtomicBoolean();
    private volatile List<UploadedFile> used = List.of();

    /**
     * @param uploads null where there is no Files API, and all goes into the body
     * @param uploadedAbove bytes that the body may have
     */
    MediaPlacement(@Nullable FileUploads uploads, GeminiBody body, CallMedia media, long uploadedAbove) {
        this.uploadedAbove = uploadedAbove;
        this.uploads = uploads;
        this.body = body;
        this.media = media;
    }

    /** Returns an entry for each slot of the body. Fails with an {@link UploadFailed} in a {@link CompletionException}. */
    CompletableFuture<List<PlacedMedium>> begin() {
        List<Integer> uploaded = uploads == null ? List.of() : tooMuch();
        if (uploads == null || uploaded.isEmpty()) {
            return CompletableFuture.completedFuture(placed(Map.of()));
        }
        CompletableFuture<List<PlacedMedium>> result = new CompletableFuture<>();
        Thread.ofVirtual().name("place-media").start(() -> upload(uploads, uploaded, result));
        return result;
    }

    /** The slots whose media have to be uploaded. */
    private List<Integer> tooMuch() {
        Map<Integer, Long> lengths = new LinkedHashMap<>();
        long total = body.plainLength();
        for (int i = 0; i < body.slots().size(); i++) {
            long length = base64Length(body.slots().get(i).content());
            lengths.put(i, length);
            total += length;
        }
        List<Integer> chosen = new ArrayList<>();
        List<Integer> byLength = lengths.keySet().stream()
                .sorted(Comparator.comparing((Integer i) -> lengths.getOrDefault(i, 0L))
                        .reversed())
                .toList();
        for (int slot : byLength) {
            if (total > uploadedAbove) {
                chosen.add(slot);
                total -= lengths.getOrDefault(slot, 0L);
            }
        }
        return chosen;
    }

    private long base64Length(DataSlot.Content content) {
        return switch (content) {
            case DataSlot.Inline inline -> inline.media().base64().length();
            case DataSlot.Loaded loaded ->
                OutgoingBody.base64Length(medium(loaded.wanted()).length());
        };
    }

    private Medium medium(WantedMedium wanted) {
        Medium medium = media.get(wanted.key());
        if (medium == null) {
            throw new IllegalStateException("a medium is sent that was not loaded");
        }
        return medium;
    }

    private void upload(FileUploads uploads, List<Integer> slots, CompletableFuture<List<PlacedMedium>> result) {
        try {
            List<FileUploads.Ticket> wanted =
                    slots.stream().map(slot -> want(uploads, slot)).toList();
            Map<Integer, PlacedMedium> files = new HashMap<>();
            List<UploadedFile> all = new ArrayList<>();
            for (int i = 0; i < slots.size(); i++) {
                UploadedFile file = wanted.get(i).file().join();
                all.add(file);
                files.put(slots.get(i), new PlacedMedium.Uploaded(file));
            }
            used = List.copyOf(all);
            result.complete(placed(files));
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            result.completeExceptionally(e);
        }
    }

    private FileUploads.Ticket want(FileUploads uploads, int slot) {
        DataSlot.Content content = body.slots().get(slot).content();
        FileUploads.Ticket ticket =
                switch (content) {
                    case DataSlot.Inline inline -> uploads.want(inline.media().medium());
                    case DataSlot.Loaded loaded -> uploads.want(medium(loaded.wanted()));
                };
        synchronized (tickets) {
            tickets.add(ticket);
        }
        if (left.get()) {
            ticket.leave();
        }
        return ticket;
    }

    private List<PlacedMedium> placed(Map<Integer, PlacedMedium> files) {
        List<PlacedMedium> placed = new ArrayList<>();
        for (int i = 0; i < body.slots().size(); i++) {
            PlacedMedium file = files.get(i);
            placed.add(file != null ? file : inBody(body.slots().get(i).content()));
        }
        return placed;
    }

    private PlacedMedium inBody(DataSlot.Content content) {
        return switch (content) {
            case DataSlot.Inline inline -> new PlacedMedium.Text(inline.media());
            case DataSlot.Loaded loaded -> new PlacedMedium.Encoded(medium(loaded.wanted()));
        };
    }

    /** The sending is over, or given up: uploads for it alone are broken off. */
    void leave() {
        left.set(true);
        synchronized (tickets) {
            tickets.forEach(FileUploads.Ticket::leave);
        }
    }

    /** Returns whether a failure says that the upstream has lost a file. The file is then forgotten and may be uploaded again. */
    boolean forgetLost(UpstreamFailure failure) {
        boolean lost = false;
        for (UploadedFile file : used) {
            String id = file.name().substring("files/".length());
            if (uploads != null && failure.detail().contains(id)) {
                uploads.forget(file);
                lost = true;
            }
        }
        return lost;
    }
}
