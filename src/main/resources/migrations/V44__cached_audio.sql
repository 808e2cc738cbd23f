-- Prices may have the rate cached_audio_input in their tariff. Nothing changes until the first such price is set.
-- Older programs are shut out by CACHED_AUDIO.
SELECT 1;
