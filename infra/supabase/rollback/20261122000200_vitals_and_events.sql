drop table public.events;
drop function public.ensure_vitals_partitions(date, integer);
drop table public.vitals;
drop schema haven_partitions;
