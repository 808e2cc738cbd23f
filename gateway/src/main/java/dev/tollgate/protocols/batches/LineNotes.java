package dev.tollgate.protocols.batches;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.jobs.BatchNote;
import dev.tollgate.models.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts what the caller of a batch learns about its lines: their tiers by model (J3), and members without use. For one thread. */
final class LineNotes {

    private static final int MODELS_MAX = 50;
    private static final int ONE_PERCENT = 100;

    private final TreeMap<String, OfModel> models = new TreeMap<>();
    private final Map<String, Integer> passedOver = new TreeMap<>();

    private static final class OfModel {

        private final Model model;
        private int flex;
        private int others;

        OfModel(Model model) {
            this.model = model;
        }
    }

    void line(Model model, ServiceTier tier, List<String> withoutUse) {
        if (models.size() < MODELS_MAX || models.containsKey(model.id())) {
            OfModel its = models.computeIfAbsent(model.id(), _ -> new OfModel(model));
            if (tier == ServiceTier.FLEX) {
                its.flex++;
            } else {
                its.others++;
            }
        }
        withoutUse.forEach(name -> passedOver.merge(name, 1, Integer::sum));
    }

    /** Returns the id of the only model; null if there are several, or none. */
    @Nullable
    String onlyModel() {
        return models.size() == 1 ? models.firstKey() : null;
    }

    List<BatchNote> notes() {
        List<BatchNote> all = new ArrayList<>();
        models.values().forEach(its -> add(its, all));
        passedOver.forEach((name, lines) -> all.add(new BatchNote(BatchNote.Code.NO_EFFECT, name, lines, 0)));
        return all;
    }

    private static void add(OfModel its, List<BatchNote> all) {
        String id = its.model.id();
        if (its.flex > 0) {
            int percent = its.model.pricing().tariff().tiers().factor(ServiceTier.FLEX) / ONE_PERCENT;
            all.add(new BatchNote(BatchNote.Code.FLEX, id, its.flex, percent));
        }
        if (its.others > 0 && its.model.pricing().offers(ServiceTier.FLEX)) {
            all.add(new BatchNote(BatchNote.Code.NO_FLEX, id, its.others, 0));
        }
    }
}
