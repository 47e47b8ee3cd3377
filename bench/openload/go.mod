module openload

go 1.21
