-- Told by wrk when a run is over, in the form of its own table.
done = function(_, latency, _)
  io.write(string.format("     95%%  %.2fms\n", latency:percentile(95) / 1000))
end
